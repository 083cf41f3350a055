"""`python -m recourse.fingerprints` compiles every kernel for this processor; part of set-up."""

from recourse.fingerprints.kernels import prepare

if __name__ == "__main__":
    print(prepare() or "Nothing can be written: each process will compile for itself.")  # noqa: T201
