"""A request that needs no tidying, read straight into our own value: nearly every one is such."""

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetPydanticSchema, StringConstraints
from pydantic_core import CoreSchema, core_schema

from bot.domain.request import LipsyncRequest

_IN_UTC = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$"

# Ours reads `Z` as the one UTC object; pydantic makes a zone for each time, which is slow to convert and to compare.
_Time = Annotated[str, StringConstraints(pattern=_IN_UTC), AfterValidator(datetime.fromisoformat)]
_Text = Annotated[str, StringConstraints(min_length=1)]
_PLAIN: dict[object, Any] = {str: _Text, str | None: _Text | None, datetime: _Time, datetime | None: _Time | None}


def _schema(source: type[LipsyncRequest], handler: GetCoreSchemaHandler) -> CoreSchema:
    columns = fields(source)
    read = [core_schema.dataclass_field(one.name, _column(one.type, handler)) for one in columns]
    arguments = core_schema.dataclass_args_schema(source.__name__, read)
    return core_schema.dataclass_schema(source, arguments, [one.name for one in columns], slots=True)


def _column(kind: object, handler: GetCoreSchemaHandler) -> CoreSchema:
    schema = handler.generate_schema(_PLAIN[kind])
    return core_schema.with_default_schema(schema, default=None) if schema["type"] == "nullable" else schema


PlainRequest = Annotated[LipsyncRequest, GetPydanticSchema(_schema)]
"""For pydantic: a `LipsyncRequest` without empty texts whose times end in `Z`; whatever else is not valid."""
