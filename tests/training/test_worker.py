"""What is reported of an error that ended a job."""

import pytest
import torch

from lossviz.errors import EngineError
from lossviz.training.worker import failure_of

OUT_OF_MEMORY = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("MPS backend out of memory (MPS allocated: 9.05 GB)"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
]
PERHAPS = [
    RuntimeError("could not create a primitive"),
    RuntimeError("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED"),
    RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
]


def raised_for(cause: Exception, error: Exception) -> Exception:
    try:
        try:
            raise cause
        except Exception as caught:
            raise error from caught
    except Exception as caught:
        return caught


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=str)
def test_an_out_of_memory_is_reported_as_one_with_advice(error: Exception) -> None:
    for reported in (error, raised_for(error, RuntimeError("while batch 3 was computed"))):
        end = failure_of(reported)
        assert end.out_of_memory
        assert end.reason.startswith(f"out of memory ({type(error).__name__}")
        assert "smaller batch or image size" in end.reason


@pytest.mark.parametrize("error", PERHAPS, ids=str)
def test_what_may_be_an_out_of_memory_is_handled_as_one_and_said_to_be_a_guess(
    error: Exception,
) -> None:
    end = failure_of(error)
    assert end.out_of_memory
    assert str(error) in end.reason
    assert "out of memory is one cause of that" in end.reason


def test_an_error_of_ours_that_an_out_of_memory_caused_keeps_its_words() -> None:
    end = failure_of(raised_for(MemoryError(), EngineError("the images cannot be read")))
    assert (end.reason, end.out_of_memory) == ("the images cannot be read", True)


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), KeyError("x")], ids=str)
def test_another_error_is_none(error: Exception) -> None:
    end = failure_of(error)
    assert not end.out_of_memory
    assert "memory" not in end.reason
