"""A host of Slurm jobs that sleep, and that are impatient where it is killed."""

import os
import sys
from multiprocessing.connection import Connection

from lossviz.experiments.engine.channel import WorkerChannel
from lossviz.experiments.engine.cluster.host import ClusterHost
from lossviz.experiments.engine.cluster.slurm_cluster import SlurmCluster

WORKER = "tests.support.simulated_slurm_worker"
PATIENCE_S = 3.0

if __name__ == "__main__":
    cluster = SlurmCluster(worker=WORKER, patience_s=PATIENCE_S)
    ClusterHost(WorkerChannel(Connection(int(sys.argv[1]))), cluster).serve()
    os._exit(0)
