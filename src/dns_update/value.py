"""Immutable values: a class names each field once, without the 11 ms that importing `dataclasses` costs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from dataclasses import KW_ONLY as KW_ONLY  # noqa: PLC0414 - other modules take it from here
    from inspect import Signature
    from types import FunctionType
    from typing import Any, NoReturn, Self, TypeVar, dataclass_transform

    V = TypeVar("V", bound="Value")
else:
    KW_ONLY = None  # only annotations name it

    def dataclass_transform(**_: object) -> Callable[[type], type]:
        """Return a decorator that does nothing: it only matters to type checkers."""
        return lambda kind: kind


_BY_NAME_FROM_HERE = "_"  # annotated as KW_ONLY: the fields after it are given by name, as in dataclasses
_USES_BEFORE_COMPILING = 100  # compiling takes as long as storing the fields of about 50 values


class ValueType(type):
    """The metaclass of values: it makes their slots, and the function that stores the fields.

    `__fields__` are the names of all fields, inherited ones first; `__match_args__` those that may be given by
    position; `__defaults__` has the contents of those that may be left out.
    """

    __fields__: tuple[str, ...] = ()
    __match_args__: tuple[str, ...] = ()
    __defaults__: dict[str, object] = {}  # noqa: RUF012 - of the class without fields; never changed

    def __new__(
        cls, name: str, bases: tuple[ValueType, ...], namespace: dict[str, Any], *, kw_only: bool = False
    ) -> ValueType:
        """Make a class from its body; with `kw_only`, all its fields are given by name."""
        own = tuple(namespace.get("__annotations__", ()))
        positional = () if kw_only else own
        if _BY_NAME_FROM_HERE in own:
            at = own.index(_BY_NAME_FROM_HERE)
            positional, own = own[:at], own[:at] + own[at + 1 :]
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        namespace["__slots__"] = own
        for base in bases:
            own, positional = base.__fields__ + own, base.__match_args__ + positional
            defaults = base.__defaults__ | defaults
        namespace.update(__fields__=own, __match_args__=positional, __defaults__=defaults)
        if bases:
            method = "_store" if "__init__" in namespace else "__init__"
            namespace[method] = _storing(method, own, positional, defaults)
        return super().__new__(cls, name, bases, namespace)

    @property
    def __signature__(cls) -> Signature:
        """The parameters of the class, for `help` and `inspect`."""
        from inspect import signature  # 10 ms, and only people need it

        init = cls.__dict__["__init__"] if "_store" in cls.__dict__ else _compiled(cls, "__init__")
        return signature(init.__get__(cls))


@dataclass_transform(frozen_default=True)
class Value(metaclass=ValueType):
    """A value that cannot be changed after it is made.

    A subclass annotates its fields, with their defaults, as a dataclass does: those after `_: KW_ONLY`, or all of a
    class with `kw_only=True`, are given by name. When they are stored, `__post_init__` is called, to check them. A
    class whose arguments are not its fields has an `__init__` of its own, which hands the fields to `_store`. Two
    values are equal if they are of one class and all their fields are equal.
    """

    if TYPE_CHECKING:

        def _store(self, **fields: object) -> None: ...

    def __post_init__(self) -> None:
        """Check the fields; raises what the class says."""

    def _fields(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in type(self).__fields__])

    def _replace(self, **changes: object) -> Self:
        """Return a copy with other contents of these fields, unchecked."""
        fields = type(self).__fields__
        return _restored(type(self), tuple([changes.get(name, getattr(self, name)) for name in fields]))

    def __setattr__(self, name: str, content: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: make a new one instead of setting {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self), self._fields()))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self._fields())

    def __repr__(self) -> str:
        # Tracebacks and debuggers also show a value whose fields were not stored because its `__init__` raised.
        shown = [f"{name}={getattr(self, name)!r}" for name in type(self).__fields__ if hasattr(self, name)]
        return f"{type(self).__name__}({', '.join(shown)})"


_store_field = object.__setattr__


def _storing(
    method: str, fields: tuple[str, ...], positional: tuple[str, ...], defaults: dict[str, object]
) -> Callable[..., None]:
    """Return a function for a class's `method` that stores the fields; after many uses a compiled one replaces it."""
    uses_left = iter(range(_USES_BEFORE_COMPILING))
    whole = len(fields) if positional == fields else None

    def store(self: Value, *given: object, **named: object) -> None:
        contents: Iterable[object] | None = given
        if named or len(given) != whole:
            contents = _in_order(fields, positional, defaults, given, named)
        if contents is None or next(uses_left, None) is None:
            kinds = [kind for kind in type(self).__mro__ if isinstance(kind, ValueType)]
            kind = next(kind for kind in kinds if kind.__dict__.get(method) is store)
            compiled = _compiled(kind, method)
            setattr(kind, method, compiled)
            compiled(self, *given, **named)  # if the arguments are wrong, Python's own message says why
            return
        for field, content in zip(fields, contents):  # noqa: B905 - of equal length; `strict` costs a tenth of the time
            _store_field(self, field, content)
        self.__post_init__()

    return store


def _in_order(
    fields: tuple[str, ...],
    positional: tuple[str, ...],
    defaults: dict[str, object],
    given: tuple[object, ...],
    named: dict[str, object],
) -> Iterable[object] | None:
    """Return the contents of all fields in their order; None if the arguments are not those of the class."""
    contents = defaults | named
    contents.update(zip(positional, given, strict=False))
    is_twice = named and not named.keys().isdisjoint(positional[: len(given)])
    if len(given) > len(positional) or is_twice or contents.keys() != set(fields):
        return None
    return map(contents.__getitem__, fields)


def _compiled(kind: ValueType, method: str) -> Callable[..., None]:
    """Return a function that has the fields as its parameters and stores them, as fast as one written out."""
    fields, positional, defaults = kind.__fields__, kind.__match_args__, kind.__defaults__
    by_name = [field for field in fields if field not in positional]
    parameters = ["self", *positional, *(["*"] if by_name else []), *by_name]
    steps = [f"store_{field}(self, {field})" for field in fields]
    if getattr(kind, "__post_init__", None) is not Value.__post_init__:
        steps.append("self.__post_init__()")
    scope: dict[str, Any] = {f"store_{field}": getattr(kind, field).__set__ for field in fields}
    exec(f"def {method}({', '.join(parameters)}):\n    {'; '.join(steps) or 'pass'}", scope)  # noqa: S102 - names of fields
    function: FunctionType = scope[method]
    function.__defaults__ = tuple([defaults[field] for field in positional if field in defaults])
    function.__kwdefaults__ = {field: defaults[field] for field in by_name if field in defaults}
    annotated = [getattr(base, "__annotations__", {}) for base in reversed(kind.__mro__)]
    function.__annotations__ = {field: types[field] for types in annotated for field in types if field in fields}
    function.__annotations__["return"] = "None"
    function.__module__, function.__qualname__ = kind.__module__, f"{kind.__qualname__}.{method}"
    return function


def _restored(kind: type[V], contents: tuple[object, ...]) -> V:
    """Return the value that was pickled."""
    value = kind.__new__(kind)
    for field, content in zip(kind.__fields__, contents, strict=True):
        _store_field(value, field, content)
    return value
