"""What the words on the pages mean."""

from lossviz.ui.frame import begin_page
from lossviz.ui.glossary.page_words import GLOSSARY
from lossviz.ui.glossary.word_list import word_list

begin_page(GLOSSARY)

word_list()
