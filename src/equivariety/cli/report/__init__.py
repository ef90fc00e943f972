"""Reports of fits: the pictures and the page that ``--report`` writes."""

from equivariety.cli.report.fit_page import Fit, write_fit_page
from equivariety.cli.report.pictures import SAMPLES, write_fit_pictures, write_image_rows

__all__ = ["SAMPLES", "Fit", "write_fit_page", "write_fit_pictures", "write_image_rows"]
