"""The reader over very many files: listed on disk, read by Dask's workers, written as parts that become one table.

Where to begin: :mod:`camrec.batch.run` is the whole of a batch on one screen, :mod:`camrec.batch.work` what a worker does.
"""
