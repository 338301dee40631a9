"""Reading the text files of a network study, with errors that name the file and the line."""

from __future__ import annotations

from pathlib import Path

from ascent.errors import ConfigError

#: No file of a study is larger than this, bytes.
MAX_BYTES = 2_000_000_000


def read_text(path: Path | str, what: str = "a text file") -> str:
    """The content of a UTF-8 text file (with or without a byte order mark); line ends become ``\\n``.

    Parameters
    ----------
    path : path
        The file.
    what : str
        What it should be, for messages, such as ``"a morphology (.hoc)"``.

    Raises
    ------
    ConfigError
        When it is missing, a folder, too large or no text.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise ConfigError(f"{path} is a folder; {what} is needed.")
        if file.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path} is larger than {MAX_BYTES // 1_000_000_000} GB; {what} is needed.")
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; {what} is needed.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line}: this is not UTF-8 text; {what} is needed.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        raise ConfigError(f"{str(path)!r} is not a file name.") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ConfigError(f"{path}, line {line}: this holds a zero byte, so it is no text; {what} is needed.")
    return text.replace("\r\n", "\n").replace("\r", "\n")
