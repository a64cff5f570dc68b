# One image for web, worker and beat; docker-compose.yml says which is which.
FROM python:3.13-slim

RUN useradd --system --uid 10001 --home-dir /data --create-home hub
WORKDIR /hub
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes -r requirements.lock
COPY manage.py LICENSE ./
COPY config config
COPY hub hub
COPY apps apps
# Compiled here, because the user below may not write to /hub.
RUN python -m compileall -q config hub apps

ENV PYTHONUNBUFFERED=1 HUB_DATA_DIR=/data HUB_LISTEN=0.0.0.0:8000
USER hub
VOLUME /data
EXPOSE 8000
# Alone, the container is a whole hub with its own PostgreSQL and Valkey under /data.
CMD ["python", "-m", "config.run"]
