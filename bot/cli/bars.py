"""Progress bars for what takes a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.render import Screen


@dataclass(frozen=True)
class Bars:
    """Progress bars on a screen; without a screen there are none."""

    screen: Screen | None

    @contextmanager
    def over(self, name: str, count: Callable[[], int], *, then: str = "") -> Iterator[Callable[[int], None] | None]:
        """A bar that fills up to the count, moved by what it gives, and is called `then` once full; it leaves nothing behind."""
        if self.screen is None:
            yield None
            return
        total = count()
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.screen.console, transient=True) as bar:
            task = bar.add_task(name, total=total or None)

            def progress(done: int) -> None:
                bar.update(task, completed=done, description=name if done < total else then or name)

            yield progress
