# The app for the public, with training on the processor.
#   docker build -t lossviz . && docker run --init -p 8501:8501 -v lossviz:/data lossviz
FROM python:3.12-slim

# A Hugging Face Space runs as user 1000, and so does this everywhere.
RUN useradd --create-home --uid 1000 lossviz \
    && mkdir /data /app \
    && chown lossviz:lossviz /data /app
WORKDIR /app

# PyPI's torch brings 4 GB of CUDA packages; uv takes PyTorch's builds for the processor instead.
COPY requirements.txt ./
RUN pip install --no-cache-dir "uv>=0.9,<1" \
    && uv pip install --system --no-cache --torch-backend cpu -r requirements.txt

COPY --chown=lossviz:lossviz .streamlit/config.toml .streamlit/
COPY --chown=lossviz:lossviz app.py ./
COPY --chown=lossviz:lossviz pages pages
COPY --chown=lossviz:lossviz lossviz lossviz

USER 1000
# All that is to outlive the container: the database, uploads, weights and data that were downloaded.
ENV HOME=/home/lossviz \
    XDG_DATA_HOME=/data \
    XDG_CACHE_HOME=/data/cache \
    TORCH_HOME=/data/torch \
    FASTAI_HOME=/data/fastai \
    PYTHONUNBUFFERED=1 \
    LOSSVIZ_PUBLIC=1 \
    LOSSVIZ_LOG=json
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]
