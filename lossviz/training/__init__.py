"""Real fastai trainings. The only place besides losses/objective that imports torch or fastai; the
app starts it by name in another process.
"""
