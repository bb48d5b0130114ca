"""The Hugging Face Hub: where a model goes when its owner says so, and never otherwise."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from ..corpus.errors import CommuniqueError
from . import classifier


def push(model: str | Path, repository: str, *, private: bool = False) -> str:
    """Upload a model as a plain Hugging Face folder, with its card, and return its address.

    Raises:
        CommuniqueError: there is no such model, or the Hub does not take it; the message has the Hub's reason.

    """
    from huggingface_hub import HfApi

    with TemporaryDirectory() as folder:
        classifier.export(model, Path(folder))
        api = HfApi()
        try:
            api.create_repo(repository, private=private, exist_ok=True)
            api.upload_folder(repo_id=repository, folder_path=folder, commit_message="Upload by communique")
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise CommuniqueError(
                f"{repository} was not pushed ({type(error).__name__}: {reason}); log in with `hf auth login`, "
                "and give NAME/REPOSITORY"
            ) from error
    return f"https://huggingface.co/{repository}"
