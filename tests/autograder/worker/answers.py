"""Reads the answers of a worker."""


def texts(answer, name="stdout"):
    """What a cell put out on a stream."""
    return "".join(output["text"] for output in answer["outputs"] if output["output_type"] == "stream" and output["name"] == name)


def shown(answer):
    """The plain texts of what a cell displayed."""
    return [output["data"]["text/plain"] for output in answer["outputs"] if "data" in output]


def errors(answer):
    """The names of the errors that a cell ended with."""
    return [output["ename"] for output in answer["outputs"] if output["output_type"] == "error"]
