"""Whose article the story retells."""

from typing import Final

ARTICLE_URL: Final = "https://dienhoa.github.io/dhblog/posts/classification_loss_func.html"
ARTICLE_TITLE: Final = "Classification loss function as comparing 2 vectors"

SOURCE: Final = (
    f"After [{ARTICLE_TITLE}]({ARTICLE_URL}) by Dien-Hoa Truong, 1 May 2020, in the blog dhblog."
    " The author explains losses as ways to compare two vectors, and trains the same network with"
    " four of them, one newly invented, on photos of 37 breeds of cats and dogs."
)
