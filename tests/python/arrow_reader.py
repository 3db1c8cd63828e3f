"""Reads an arrow_array_stream capsule with ctypes alone, as a consumer of the
Arrow C stream interface does."""

import ctypes


class ArrowSchema(ctypes.Structure):
    pass


ArrowSchema._fields_ = [
    ("format", ctypes.c_char_p), ("name", ctypes.c_char_p), ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64), ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(ArrowSchema))),
    ("dictionary", ctypes.POINTER(ArrowSchema)),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(ArrowSchema))),
    ("private_data", ctypes.c_void_p)]


class ArrowArray(ctypes.Structure):
    pass


ArrowArray._fields_ = [
    ("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64), ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(ArrowArray))),
    ("dictionary", ctypes.POINTER(ArrowArray)),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(ArrowArray))),
    ("private_data", ctypes.c_void_p)]


class ArrowArrayStream(ctypes.Structure):
    pass


ArrowArrayStream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ArrowArrayStream), ctypes.POINTER(ArrowSchema))),
    ("get_next", ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ArrowArrayStream), ctypes.POINTER(ArrowArray))),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(ArrowArrayStream))),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(ArrowArrayStream))),
    ("private_data", ctypes.c_void_p)]


def _buffer(array, i, kind, size):
    return ctypes.cast(array.buffers[i], ctypes.POINTER(kind))[:size]


def _bit(bits, row):
    return bool(bits[row // 8] >> (row % 8) & 1)


def _values(array, form):
    rows = array.length
    if form == "l":
        values = _buffer(array, 1, ctypes.c_int64, rows)
    elif form == "g":
        values = _buffer(array, 1, ctypes.c_double, rows)
    elif form == "b":
        bits = _buffer(array, 1, ctypes.c_uint8, (rows + 7) // 8)
        values = [_bit(bits, row) for row in range(rows)]
    else:
        offsets = _buffer(array, 1, ctypes.c_int64, rows + 1)
        text = ctypes.string_at(array.buffers[2], offsets[-1])
        values = [text[a:b].decode() for a, b in zip(offsets, offsets[1:])]
    if array.null_count == 0:
        return list(values)
    valid = _buffer(array, 0, ctypes.c_uint8, (rows + 7) // 8)
    return [value if _bit(valid, row) else None for row, value in enumerate(values)]


def read_stream(capsule):
    """({name: format}, {name: values}) of all that the stream gives."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    stream = ctypes.cast(
        pointer(capsule, b"arrow_array_stream"), ctypes.POINTER(ArrowArrayStream)).contents
    schema = ArrowSchema()
    assert stream.get_schema(ctypes.byref(stream), ctypes.byref(schema)) == 0
    assert schema.format == b"+s"
    formats = {}
    for i in range(schema.n_children):
        child = schema.children[i].contents
        formats[child.name.decode()] = child.format.decode()
    schema.release(ctypes.byref(schema))
    columns = {name: [] for name in formats}
    while True:
        array = ArrowArray()
        assert stream.get_next(ctypes.byref(stream), ctypes.byref(array)) == 0
        if not array.release:
            break
        for i, (name, form) in enumerate(formats.items()):
            columns[name] += _values(array.children[i].contents, form)
        array.release(ctypes.byref(array))
    stream.release(ctypes.byref(stream))
    return formats, columns
