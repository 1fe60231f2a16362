# camrec's web page and API. Build and run:
#
#   docker build -t camrec .
#   docker run --rm -p 127.0.0.1:8000:8000 -e CAMREC_TOKEN=twelve-letters-or-more camrec
#
# and open http://localhost:8000/?token=twelve-letters-or-more. Without the variable a token is made, and the address that
# `docker logs` shows holds it. Feedback is kept with: -v camrec:/data camrec serve --host 0.0.0.0 --feedback said.db

FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim-bookworm
# What OpenCV loads, window or not.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir "camrec[web] @ file://$(ls /wheels/camrec-*.whl)"
RUN useradd --create-home --uid 1000 camrec && install --directory --owner camrec /data
USER camrec
WORKDIR /data
VOLUME /data
ENV PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/api/health', timeout=4)"]
ENTRYPOINT ["camrec"]
CMD ["serve", "--host", "0.0.0.0"]
