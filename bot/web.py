"""The door for Slack over HTTP, and for those who run the bot: health, readiness, metrics."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.flows.health import Breakdown, Figure, Health, Histogram
from bot.flows.vitals import BOUNDS

SlackHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LARGEST_BODY = 1_000_000  # bytes; Slack's own requests stay far below


class _Snapshot(Collector):
    """Figures that were already gathered, in the form that Prometheus' library writes."""

    def __init__(self, figures: Iterable[Figure | Breakdown | Histogram]) -> None:
        self._figures = tuple(figures)

    def collect(self) -> Iterable[Metric]:
        for figure in self._figures:
            match figure:
                case Figure():
                    yield _numbers(figure)
                case Breakdown():
                    yield _breakdown(figure)
                case Histogram():
                    yield _histogram(figure)


def _numbers(figure: Figure) -> Metric:
    labels = [figure.label] if figure.label else []
    family_type = CounterMetricFamily if figure.counts else GaugeMetricFamily
    family = family_type(figure.name, figure.help, labels=labels)
    for label, value in sorted(figure.values.items()):
        family.add_metric([label] if labels else [], value)
    return family


def _breakdown(figure: Breakdown) -> Metric:
    family = GaugeMetricFamily(figure.name, figure.help, labels=figure.labels)
    for labels, value in sorted(figure.values.items()):
        family.add_metric(labels, value)
    return family


def _histogram(figure: Histogram) -> Metric:
    family = HistogramMetricFamily(figure.name, figure.help, labels=[figure.label])
    for label, spread in figure.spreads.items():
        buckets = [(str(bound), within) for bound, within in zip(BOUNDS, spread.within, strict=True)]
        family.add_metric([label], [*buckets, ("+Inf", spread.count)], spread.seconds)
    return family


@dataclass(frozen=True, slots=True)
class Web:
    """The bot's HTTP server on HOST:PORT; `slack` is None in Socket Mode, then /slack/events is 404."""

    health: Health
    slack: SlackHandler | None

    def application(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        if self.slack is not None:
            app.router.add_post("/slack/events", self.slack)
        return app

    async def _healthz(self, _: web.Request) -> web.Response:
        return _verdict(self.health.alive())

    async def _readyz(self, _: web.Request) -> web.Response:
        return _verdict(self.health.ready())

    async def _metrics(self, _: web.Request) -> web.Response:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Snapshot([*await self.health.figures(), *await self.health.details()]))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _verdict(checks: Mapping[str, bool]) -> web.Response:
    return web.json_response(dict(checks), status=200 if all(checks.values()) else 503)
