"""Our own steps among those that nbgrader takes before it runs a submission. ``grading_config`` puts them in their places."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor, OverwriteCells


class CleanMetadata(NbGraderPreprocessor):
    """Remove every tag from the cells that nbgrader knows, and metadata that isn't nbgrader's although it has the name.

    A tag can make Jupyter skip a cell, a skipped test prints nothing, and nbgrader takes a silent test for a passed one.
    The state of widgets goes too: it belongs to outputs that are made anew.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Clean the notebook, then each cell."""
        nb.metadata.pop("widgets", None)
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Clean one cell."""
        if "nbgrader" in cell.metadata:
            cell.metadata.pop("tags", None)
            if not isinstance(cell.metadata.nbgrader, dict):
                del cell.metadata["nbgrader"]
        return cell, resources


class RestoreTests(OverwriteCells):
    """Append the graded cells that a student deleted, so that they run and count.

    nbgrader alone leaves their points open for ever. Its own option puts them back beside the answer, and gives up the whole
    submission where the answer was deleted too.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Overwrite the graded cells from the gradebook, then append the missing ones."""
        for cell in nb.cells:
            if cell.metadata.get("nbgrader") == {}:  # what DeduplicateIds leaves of a cell that was pasted twice, and chokes on later
                del cell.metadata["nbgrader"]
        nb, resources = super().preprocess(nb, resources)
        with self.gradebook:
            assignment = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
            there = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells}
            sources = {cell.name: cell for cell in assignment.source_cells}
            answers = {cell.name for cell in assignment.solution_cells}
            for graded in assignment.grade_cells:
                if graded.name not in there:
                    cell = self.missing_cell_transform(sources[graded.name], graded.max_score, is_solution=graded.name in answers)
                    cell["id"] = graded.name
                    nb.cells.append(cell)
        return nb, resources
