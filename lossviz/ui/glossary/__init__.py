"""The glossary: what the words of the pages mean, and where each is marked."""
