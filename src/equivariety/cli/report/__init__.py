"""What ``--report`` writes: pictures, and one page that says all of a fit."""

from equivariety.cli.report.fit_page import Fit, write_fit_page
from equivariety.cli.report.pictures import SAMPLES, write_fit_pictures, write_image_rows

__all__ = ["SAMPLES", "Fit", "write_fit_page", "write_fit_pictures", "write_image_rows"]
