# Images of the service and its helpers, one target each: api, worker, tools (migrate, seed), admin-api-simulator.
#   docker build --target api -t edfi-tenants-api .

ARG NODE_IMAGE=node:22-bookworm-slim

# Only what decides which packages are installed, so that a changed source file does not install them again.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN find apps packages -type f -not -name package.json -delete && rm -rf scripts prisma prisma.config.ts

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs \
 && mkdir /service && cp -r --parents apps/*/dist packages/*/dist packages/sample-ods/sql packages/seed-bundles/bundles apps/api/operators-page \
    prisma/migrations \
    scripts/start.mjs scripts/setup scripts/maintenance scripts/dist /service

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY --from=manifests /app ./
# npm installs optional peers too: Prisma's command line with all that it needs, and its runtimes for other databases.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force && cd node_modules \
 && rm -rf prisma typescript effect elkjs react-dom @electric-sql @types \
    @prisma/dev @prisma/engines @prisma/fetch-engine @prisma/query-plan-executor @prisma/streams-local @prisma/studio-core \
    @prisma/client/runtime/*.cockroachdb.* @prisma/client/runtime/*.mysql.* @prisma/client/runtime/*.sqlite.* \
    @prisma/client/runtime/*.sqlserver.*

FROM ${NODE_IMAGE} AS service
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app ./
COPY --from=build /service ./
USER node

# pg_dump must not be older than the database servers, so PostgreSQL's own repository is asked first, then Debian's.
# Without either, archives and clones are copies on their server.
FROM service AS worker
USER root
RUN (apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-common ca-certificates \
      && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
      && apt-get install -y -qq --no-install-recommends postgresql-client-18) \
 || (rm -f /etc/apt/sources.list.d/pgdg.*; apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-client) \
 || echo 'pg_dump could not be installed' >&2; \
    rm -rf /var/lib/apt/lists/* && mkdir /archives && chown node:node /archives && chmod 0700 /archives
USER node
ENV ARCHIVE_DIR=/archives
CMD ["node", "--enable-source-maps", "scripts/start.mjs", "worker"]

FROM service AS tools
CMD ["node", "scripts/start.mjs", "migrate"]

FROM service AS admin-api-simulator
USER root
RUN mkdir /data && chown node:node /data
USER node
ENV SIMULATOR_HOST=0.0.0.0 SIMULATOR_PORT=8080 SIMULATOR_DATA_FILE=/data/simulator.json
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.SIMULATOR_PORT).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/admin-api-simulator/dist/main.js"]

# The last one is what `docker build .` makes.
FROM service AS api
ENV PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "scripts/start.mjs", "api"]
