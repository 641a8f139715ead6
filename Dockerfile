# One image for every role and command: `docker run … rules check`, `docker run … run --role correlate`.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /corral
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Corral" \
      org.opencontainers.image.description="Streaming security-event correlation for containers" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /corral
COPY --from=dependencies /corral/node_modules ./node_modules
COPY package.json ./
COPY bin ./bin
COPY src ./src
COPY schemas ./schemas
COPY rules ./rules
COPY examples ./examples
# By number, so that an orchestrator can see that it is not root. Nothing is written: the root may be read-only.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning", "/corral/bin/corral.js"]
CMD ["run"]
