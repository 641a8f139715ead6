# One image for every role and command: `docker run … rules check`, `docker run … run --role correlate`.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /corral
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# What .dockerignore lets in, readable for any user, whatever the modes were where it was checked out.
FROM node:24-bookworm-slim AS program
WORKDIR /corral
COPY . .
RUN rm package-lock.json && chmod -R a+rX,go-w .

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Corral" \
      org.opencontainers.image.description="Streaming security-event correlation for containers" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /corral
COPY --from=dependencies /corral/node_modules ./node_modules
COPY --from=program /corral ./
# By number, so that an orchestrator can see that it is not root. Nothing is written: the root may be read-only.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# For `run`; commands that end have ended before it counts.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CORRAL_HTTP_PORT ?? 8080}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning", "/corral/bin/corral.js"]
CMD ["run"]
