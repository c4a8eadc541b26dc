"""What the doctor looks at, in order: reading happens here, judging in the modules beside."""

import sys
from importlib.util import find_spec
from typing import Final

from lossviz.control_groups import cpu_quota, memory_limit_mb
from lossviz.deployment import read_deployment
from lossviz.doctor import configuration, downloads, engine, installation, machine
from lossviz.doctor.finding import Check, Finding, fault, ok
from lossviz.errors import LossvizError
from lossviz.extras import missing_modules
from lossviz.streamlit_secrets import read_secrets

_DATABASE_MODULES: Final = ("sqlalchemy", "alembic", "filelock", "platformdirs")


def _python() -> Finding:
    return installation.examine_python(sys.version_info[:2])


def _extras() -> Finding:
    wanted = {name: found for name, found in missing_modules().items() if name != "experiments"}
    return installation.examine_extras(wanted)  # it comes with the others


def _versions() -> Finding:
    return installation.examine_versions(
        installation.known_requirements(), installation.installed_version
    )


def _torch() -> Finding:
    return installation.examine_torch(
        installation.installed_version("torch"),
        installation.installed_version("torchvision"),
        installation.torch_that_torchvision_wants(),
        installation.error_of_importing_torch,
    )


def _secrets() -> Finding:
    return configuration.examine_secrets(read_secrets())


def _cores() -> Finding:
    from lossviz.experiments.engine.resources import available_cores, cores_that_may_run

    return machine.examine_cores(cores_that_may_run(), cpu_quota(), available_cores())


def _memory() -> Finding:
    from lossviz.experiments.engine.resources import machine_memory_mb

    return machine.examine_memory(machine_memory_mb(), memory_limit_mb())


def _disk() -> Finding:
    from lossviz.experiments.store.database import data_folder

    folder = data_folder()
    return machine.examine_folder(
        folder, machine.writing_problem(folder), machine.free_disk_mb(folder)
    )


def _database() -> Finding:
    from lossviz.doctor.database import examine_database
    from lossviz.experiments.store.database_setting import database_setting

    setting = database_setting(read_secrets())
    return examine_database(setting.url, source=setting.source, advice=setting.advice)


def _engine() -> Finding:
    return engine.examine_engine(read_deployment().engine, engine.engine_checks())


def _data() -> Finding:
    return downloads.examine_data(downloads.missing_data())


def _network() -> Finding:
    from lossviz.experiments.networks import NETWORKS, local_weights

    local = [network.name for network in NETWORKS.values() if local_weights(network)]
    return downloads.examine_downloads(local, downloads.unreachable_hosts(downloads.can_reach))


def _deployment() -> Finding:
    return configuration.examine_deployment(read_deployment())


CHECKS: Final = (
    Check(name="Python", examine=_python),
    Check(name="extras", examine=_extras),
    Check(name="versions", examine=_versions, modules=("packaging",)),
    Check(name="torch", examine=_torch, modules=("packaging",)),
    # before all that reads the environment, to which it adds as the app does
    Check(name="secrets", examine=_secrets),
    Check(name="cores", examine=_cores, modules=("pynvml",)),
    Check(name="memory", examine=_memory, modules=("pynvml",)),
    Check(name="disk", examine=_disk, modules=_DATABASE_MODULES),
    Check(name="database", examine=_database, modules=_DATABASE_MODULES),
    Check(name="engine", examine=_engine),
    Check(name="data", examine=_data, modules=("sklearn",)),
    Check(name="downloads", examine=_network, modules=("torch",)),
    Check(name="deployment", examine=_deployment),
)


def run_check(check: Check) -> Finding:
    """What a check finds; that it could not be made, where something that it needs is missing.

    Side effects: those of the check.
    """
    if missing := [module for module in check.modules if not find_spec(module)]:
        return ok(f"not looked at, as {' and '.join(missing)} is not installed")
    try:
        return check.examine()
    except LossvizError as error:
        return fault(str(error), "correct that, then run lossviz doctor again")
    except OSError as error:
        return fault(
            f"could not be looked at: {error}", "allow the app's user to read and write it"
        )
