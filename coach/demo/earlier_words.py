"""What the earlier group asked, and what Tess replied."""

from dataclasses import dataclass

GOOD, POOR = "helpful", "not_helpful"
REGISTRY = (
    "Push to `registry.example.com/team/`, with your company account: `docker login registry.example.com`. Images there are "
    "kept for ninety days after their last pull."
)
PODMAN = "Yes. Podman runs all labs; write `podman` where the text says `docker`, and `podman compose` in lab 4."
CERTIFICATE = "Yes: when all five labs are done, your certificate appears on Friday of that week under your account's documents."
PROXY = (
    "Put the proxy into `~/.docker/config.json` under `proxies.default`; then builds and containers get it by themselves. Our "
    "proxy is `proxy.example.com:3128`."
)
GPU = "The training machines have no graphics card, so it is not part of the labs. Ask me for a place on the shared server."
MEETING = "We looked at this together in today's meeting; the notes are in the course's folder."
HOURS = "I am at the desk from nine to half past four on working days; what comes later I answer the next morning."


@dataclass(frozen=True)
class Past:
    """A question so many days ago; with `reply`, what Tess wrote so many hours later, and when the coach had learnt it."""

    who: str
    days_ago: float
    place_id: str
    question: str
    rating: str = ""
    reply: str = ""
    reply_after: float = 4.0
    live_after: float = 1.0
    teaches: bool = True


EARLIER = (
    Past("Noor", 62.3, "01-what-a-container-is", "is a container the same as a virtual machine?", GOOD),
    Past("Noor", 61.2, "02-running-containers", "how do I get a shell inside a running container?", GOOD),
    Past("Milan", 60.4, "11-registries-and-tags", "which registry does our company use?", POOR),
    Past("Milan", 58.3, "03-writing-a-dockerfile", "what is the difference between CMD and ENTRYPOINT?", GOOD),
    Past("Ines", 57.1, "lab-1-first-image", "do I get a certificate when I finish the course?"),
    Past("Ines", 55.4, "04-layers-and-cache", "why does every build download all packages again?", GOOD),
    Past("Noor", 54.2, "11-registries-and-tags", "what is the address of the company registry?"),
    Past("Otto", 53.3, "02-running-containers", "can I use podman instead of docker for the labs?", "", PODMAN, 26.0, 2.0),
    Past("Milan", 51.4, "05-volumes-and-bind-mounts", "where does docker keep the files of a volume?"),
    Past("Otto", 50.2, "lab-2-small-and-fast", "my image is still 900 MB, how do I make it smaller?", GOOD),
    Past("Noor", 48.3, "06-users-and-permissions", "why should a container not run as root?", GOOD),
    Past("Ines", 47.4, "11-registries-and-tags", "to which company registry do we push our images?", POOR),
    Past("Milan", 46.1, "lab-3-keep-the-database", "will there be a certificate at the end of the course?", "",
         CERTIFICATE, 7.5, 0.5),
    Past("Otto", 44.3, "07-networks-and-ports", "how do two containers find each other by name?", GOOD),
    Past("Noor", 43.2, "07-networks-and-ports", "how do I reach the internet through the company proxy from a container?"),
    Past("Ines", 41.4, "08-compose", "what does depends_on really wait for?", GOOD),
    Past("Milan", 40.2, "08-compose", "can I use podman compose in place of docker compose in the labs?", GOOD),
    Past("Otto", 39.3, "11-registries-and-tags", "which registry of the company should I use?", "", REGISTRY, 31.0, 3.0),
    Past("Noor", 37.4, "09-health-and-limits", "how do I limit the memory of a container?", GOOD),
    Past("Ines", 36.2, "lab-4-three-services", "the web container starts before the database is ready"),
    Past("Milan", 34.3, "10-logs-and-debugging", "where do the logs of a container go?", GOOD),
    Past("Otto", 33.4, "11-registries-and-tags", "what is the company registry called?", GOOD),
    Past("Noor", 32.1, "12-security-basics", "how do I keep a password out of the image?", GOOD),
    Past("Ines", 30.3, "02-running-containers", "does the company proxy work inside a container?", "", PROXY, 5.2, 0.6),
    Past("Milan", 29.2, "lab-5-find-the-fault", "the container exits at once with code 127", GOOD),
    Past("Otto", 27.4, "lab-1-first-image", "do we get a certificate for the course?", GOOD),
    Past("Noor", 26.3, "09-health-and-limits", "how do I use a graphics card inside a container?", POOR),
    Past("Ines", 25.2, "11-registries-and-tags", "is the latest tag always the newest image?", GOOD),
    Past("Milan", 23.4, "04-layers-and-cache", "does the order of the lines in a Dockerfile matter?", GOOD),
    Past("Otto", 22.3, "05-volumes-and-bind-mounts", "should a database use a volume or a bind mount?", GOOD),
    Past("Noor", 21.2, "11-registries-and-tags", "where is the registry of our company?", GOOD),
    Past("Milan", 20.3, "09-health-and-limits", "can containers use the GPU of the machine?", "", GPU, 3.1, 0.4),
    Past("Ines", 19.4, "06-users-and-permissions", "permission denied when the container writes to the mounted folder"),
    Past("Otto", 18.2, "08-compose", "how do I start only one service of the compose file?", GOOD),
    Past("Noor", 16.3, "lab-4-three-services", "when does the trainer answer questions?", "", HOURS, 2.4, 0.5),
    Past("Milan", 15.4, "07-networks-and-ports", "what is the difference between EXPOSE and -p?", GOOD),
    Past("Ines", 14.2, "07-networks-and-ports", "my container cannot reach the company proxy", GOOD),
    Past("Otto", 13.3, "10-logs-and-debugging", "how do I see why a container stopped?", GOOD),
    Past("Noor", 12.4, "12-security-basics", "how do I scan an image for known holes?", GOOD),
    Past("Milan", 11.2, "lab-5-find-the-fault", "at what time of the day does the trainer answer?", GOOD),
    Past("Ines", 9.3, "11-registries-and-tags", "how do I push an image with two tags?", GOOD),
    Past("Otto", 8.4, "lab-3-keep-the-database", "how do I make a backup of the volume every night?", POOR),
    Past("Noor", 7.2, "09-health-and-limits", "what is a health check good for?", GOOD),
    Past("Milan", 6.3, "lab-5-find-the-fault", "is there a sample solution for lab 5?", "",
         "Not in writing: show me where you are, and we go through it together.", 1.6, 0.4, teaches=False),
)  # fmt: skip
