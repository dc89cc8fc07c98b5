FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/lipsync
COPY requirements.lock ./
RUN /opt/lipsync/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
RUN /opt/lipsync/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data lipsync && install -d -o lipsync -g lipsync /data
COPY --from=build /opt/lipsync /opt/lipsync
ENV PATH="/opt/lipsync/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/lipsync.db
USER lipsync
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["lipsync-bot", "health"]
ENTRYPOINT ["lipsync-bot"]
CMD ["run"]
