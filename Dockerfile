FROM node:22-slim AS pages
WORKDIR /build
COPY playground playground
COPY schema/schema.graphql schema/schema.graphql
COPY scripts/pages.sh scripts/client_package.sh scripts/
RUN scripts/pages.sh

FROM rust:1.95-slim-bookworm AS build
# For the cryptography, which is partly C.
RUN apt-get update && apt-get install -y --no-install-recommends cmake g++ make && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
COPY --from=pages /build/playground/dist playground/dist
RUN cargo build --release --locked --bin fabrica && strip --strip-debug target/release/fabrica

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data fabrica \
    && install --directory --owner fabrica --mode 0700 /data
COPY --from=build /build/target/release/fabrica /usr/local/bin/fabrica
USER fabrica
WORKDIR /data
VOLUME /data
ENV FABRICA_DATA_DIR=/data FABRICA_LISTEN=0.0.0.0:8080
EXPOSE 8080
# SIGTERM takes it down in order, within 25 seconds.
STOPSIGNAL SIGTERM
# The program asks itself: there is no curl here.
HEALTHCHECK --interval=5s --timeout=6s --start-period=30s --retries=3 CMD ["fabrica", "healthcheck"]
ENTRYPOINT ["fabrica"]
CMD ["serve"]
