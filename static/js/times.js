// Shows every <time> in the reader's own zone and language; the server's text stands when this does not run.
const locale = document.documentElement.lang || undefined;
const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const longDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
const duration = new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "long" });
const MINUTE = 60, HOUR = 3600, DAY = 86400; // seconds

function ago(moment, now) {
  const seconds = (moment - now) / 1000;
  if (Math.abs(seconds) < 45) return relative.format(0, "second");
  if (Math.abs(seconds) < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  if (Math.abs(seconds) < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
  if (Math.abs(seconds) < 7 * DAY) return relative.format(Math.round(seconds / DAY), "day");
  return day(moment, now);
}

// For how long something waits: in days however many they are.
function wait(moment, now) {
  const seconds = (now - moment) / 1000;
  return seconds < DAY ? ago(moment, now) : duration.format(Math.floor(seconds / DAY));
}

function day(moment, now) {
  return (moment.getFullYear() === now.getFullYear() ? shortDay : longDay).format(moment);
}

function show(root) {
  const now = new Date();
  for (const element of root.querySelectorAll("time[datetime][data-as]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    element.title = full.format(moment);
    const how = element.dataset.as;
    element.textContent = how === "day" ? day(moment, now) : how === "clock" ? clock.format(moment) : how === "wait" ? wait(moment, now) : ago(moment, now);
  }
}

// The server reads this cookie, so that its own texts are in the reader's zone from the next page on.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`zone=${zone}`)) document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;

show(document);
document.addEventListener("htmx:load", (event) => show(event.detail.elt.parentElement ?? document));
setInterval(() => show(document), 60_000);
