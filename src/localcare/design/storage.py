"""Static files: named by their content once `localcare serve` has collected them, by their plain name before."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    def stored_name(self, name: str) -> str:
        return self.hashed_files.get(self.hash_key(name), name)
