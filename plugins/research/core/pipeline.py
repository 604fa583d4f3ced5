"""The way of the posts through the parts, and the boundary around each step.

An exception that nobody foresaw costs one request, or one part's work on one post, and is reported as an
error with the author's file and the part. All else is published as if it had not been raised.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from . import boundary
from .diagnostics import Diagnostic
from .finished import Finished, FinishedPosts
from .labels import Labels
from .part import Collected, Failure, Part, Resolved, Results, Target
from .post import GeneratedPage, Post, PublishedFile, Site
from .storage.assets import Linked
from .text import placeholders

T = TypeVar("T")
Other = TypeVar("Other")


class Pipeline:
    """The parts of one build, and what they have found."""

    def __init__(self, parts: Sequence[Part], root: Path, finished: FinishedPosts | None = None) -> None:
        self.parts = parts
        #: Named in diagnostics that are of no post.
        self.root = root
        self._finished = finished
        self.diagnostics: list[Diagnostic] = []
        #: Files that posts draw on.
        self.sources: set[Path] = set()
        #: Files that the site must carry, by address.
        self.files: dict[str, PublishedFile] = {}
        self.labels = Labels()
        #: Posts that will be others when what was missing is there, or when another post has changed.
        self._passing: set[Path] = set()
        #: Files that each post draws on, files that it needs, and what is noted of it, by part.
        self._sources_of: dict[Path, set[Path]] = {}
        self._files_of: dict[Path, set[PublishedFile]] = {}
        self._notes_of: dict[Path, Mapping[str, Any]] = {}

    def run(self, posts: Iterable[Post], quick: bool = False) -> list[Post]:
        """Return the `posts` as they are published, in the same order.

        Of a `quick` run, all parts collect, and the quick ones replace what they have collected.
        """
        first = len(self.diagnostics)
        given = [self._without_reports(post) for post in posts]
        keys = [""] * len(given) if quick else self._keys(given)
        known = self._recalled(given, keys)
        passed = iter(self._passed([post for post, one in zip(given, known, strict=True) if not one], quick))
        found = [one.post if one else next(passed) for one in known]
        for part in self.parts:
            notes = [self._notes_of.get(post.source, {}).get(part.name) for post in found]
            self._attempt(part, self.root, None, part.take_note, found, notes)
        wrong = {one.path for one in self.diagnostics[first:]}
        # Where something is wrong in another file, it is not known which posts it concerns.
        if wrong <= {post.source for post in found}:
            new = zip(keys, found, known, strict=True)
            self._store((key, post) for key, post, one in new if key and not one and post.source not in wrong)
        return found

    def finish_page(self, html: str, target: Target) -> str:
        """Return the page `html` as it is written."""
        html = placeholders.without_escaped(html)
        for part in self.parts:
            html = self._attempt(part, self.root, html, part.finish_page, html, target)
        return placeholders.without(html)

    def finish_excerpt(self, html: str) -> str:
        """Return `html` as it leaves the site in a feed."""
        for part in self.parts:
            html = self._attempt(part, self.root, html, part.finish_excerpt, html)
        return placeholders.without(html)

    def finish_site(self, output: Path) -> None:
        """Complete the site that is written below `output`."""
        for part in self.parts:
            self._attempt(part, self.root, None, part.finish_site, output)

    def notes(self, output: Path) -> list[str]:
        """Return what an author may want to know of the site that is written below `output`."""
        found: list[str] = []
        for part in self.parts:
            found += self._attempt(part, self.root, [], lambda part=part: list(part.notes(output)))
        return found

    def pages(self, site: Site) -> list[GeneratedPage]:
        """Return the pages that the parts add to `site`."""
        found: list[GeneratedPage] = []
        for part in self.parts:
            found += self._attempt(part, self.root, [], lambda part=part: list(part.pages(site)))
        return found

    def assets(self) -> list[Linked]:
        """Return the style sheets and scripts of all parts: style sheets first."""
        found: list[Linked] = []
        for part in self.parts:
            found += self._attempt(part, self.root, [], lambda part=part: list(part.assets()))
        return sorted(found, key=lambda asset: asset.is_script)

    def _keys(self, posts: Sequence[Post]) -> list[str]:
        """Return the key of each of `posts` among the finished ones; nothing for one that has none."""
        if not self._finished:
            return [""] * len(posts)
        unknown: list[str | None] = [None] * len(posts)
        decisive = [self._attempt(part, self.root, unknown, part.decisive, posts) for part in self.parts]
        return [
            "" if None in named else self._finished.key(post, map(str, named))
            for post, *named in zip(posts, *decisive, strict=True)
        ]

    def _recalled(self, posts: Sequence[Post], keys: Sequence[str]) -> list[Finished | None]:
        """Return what is known of each of `posts`, by its key, and enter its labels and files."""
        found = [
            self._finished.get(key, post) if self._finished and key else None
            for post, key in zip(posts, keys, strict=True)
        ]
        known = [(place, one) for place, one in enumerate(found) if one]
        finished, lacking = [one.post for _, one in known], [False] * len(known)
        whole = [self._attempt(part, self.root, lacking, part.recall, finished) for part in self.parts]
        for (place, one), *is_whole in zip(known, *whole, strict=True):
            if all(is_whole):
                self.sources.update(one.sources)
                self.files |= {file.address: file for file in one.files}
                self._notes_of[one.post.source] = one.notes
                for label in one.labels:
                    self.labels.add(one.post.source, label)
            else:
                found[place] = None
        return found

    def _passed(self, posts: Sequence[Post], quick: bool) -> Sequence[Post]:
        """Return `posts` behind all parts."""
        for part in self.parts:
            if part.is_quick or not quick:
                posts = self._through(part, posts)
                self._attempt(part, self.root, None, part.close)
            else:
                for post in posts:
                    self._collected(part, post)
        return posts

    def _store(self, posts: Iterable[tuple[str, Post]]) -> None:
        """Store those of `posts`, each behind its key, that are lasting."""
        for key, post in posts:
            if self._finished and post.source not in self._passing:
                labels = tuple(self.labels.of(post.source).values())
                sources = tuple(self._sources_of.get(post.source, ()))
                files = tuple(self._files_of.get(post.source, ()))
                notes = self._notes_of.get(post.source, {})
                self._finished.put(key, Finished(post, labels, sources, files, notes))

    def _through(self, part: Part, posts: Sequence[Post]) -> list[Post]:
        collected = [self._collected(part, post) for post in posts]
        requests = dict.fromkeys(request for found in collected if found for request in found.requests)
        results = self._computed(part, list(requests)) if requests else {}
        return [
            self._resolved(part, post, found, results) if found else post
            for post, found in zip(posts, collected, strict=True)
        ]

    def _collected(self, part: Part, post: Post) -> Collected | None:
        """Return what `part` finds in `post`; None where it fails over that."""
        found = self._attempt(part, post.source, None, part.collect, post)
        if found:
            self.diagnostics += found.diagnostics
            self.sources.update(found.sources)
            self._sources_of.setdefault(post.source, set()).update(found.sources)
            for label in found.labels:
                self.labels.add(post.source, label)
        return found

    def _resolved(self, part: Part, post: Post, collected: Collected, results: Results) -> Post:
        unchanged = Resolved(post)
        self.labels.asked.clear()
        done = self._attempt(
            part, post.source, unchanged, part.resolve, post, collected, results, self.labels
        )
        self.diagnostics += done.diagnostics
        self.files |= {file.address: file for file in done.files}
        self._files_of.setdefault(post.source, set()).update(done.files)
        if done.note is not None:
            self._notes_of[post.source] = {**self._notes_of.get(post.source, {}), part.name: done.note}
        for label in done.labels:
            self.labels.add(post.source, label)
        if not done.is_lasting or not self.labels.asked <= {post.source}:
            self._passing.add(post.source)
        return done.post

    def _computed(self, part: Part, requests: Sequence[Any]) -> dict[Any, Any]:
        """Return the results of `requests`: all at once, and where that fails, in halves."""
        results: dict[Any, Any] = {}
        try:
            for request, result in part.compute(requests):
                results[request] = result
        except Exception as error:
            missing = [request for request in requests if request not in results]
            if len(missing) == 1:
                return results | {missing[0]: Failure(boundary.described(part.name, error))}
            middle = len(missing) // 2
            for half in (missing[:middle], missing[middle:]):
                results |= self._computed(part, half) if half else {}
        return results

    def _without_reports(self, post: Post) -> Post:
        taken = [boundary.taken_from(text.html) for text in post.texts]
        for message in dict.fromkeys(message for _, messages in taken for message in messages):
            self.diagnostics.append(Diagnostic(post.source, None, message))
        return post.with_html(html for html, _ in taken)

    def _attempt(
        self, part: Part, source: Path, otherwise: Other, call: Callable[..., T], *arguments: Any
    ) -> T | Other:
        """Return what `call` returns; where it raises, report that and return `otherwise`."""
        try:
            return call(*arguments)
        except Exception as error:  # the boundary: whatever it is, all else is published
            self.diagnostics.append(Diagnostic(source, None, boundary.described(part.name, error)))
            return otherwise
