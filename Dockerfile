# confab with what it needs to run, for any user, a read-only root, and no network but the engine's:
#   docker build --tag confab .
#   docker run --rm --volume "$PWD:/work" confab run scenario.yaml --url http://vllm:8000
#
# Node 24 has long-term support until 2028, and .ci/run plays part of the tests on it. Node 20, on which confab still
# runs, gets no security fixes any more.
FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# What npm would install, and its dependencies as the lock file has them.
RUN npm run build --silent \
 && npm pack --ignore-scripts --silent \
 && mkdir /confab \
 && tar -xzf confab-*.tgz -C /confab --strip-components 1 \
 && cp package-lock.json /confab \
 && cd /confab \
 && npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
COPY --from=build /confab /opt/confab
RUN ln -s /opt/confab/dist/main.js /usr/local/bin/confab \
 && mkdir --mode 1777 /work
# As a number, so that Kubernetes can see that it is not root. Any other user will do as well.
USER 1000:1000
# Run folders are made here, and counts of tokens are kept in the cache. Nothing else is written.
WORKDIR /work
ENV XDG_CACHE_HOME=/tmp/cache
ENTRYPOINT ["confab"]
CMD ["help"]
