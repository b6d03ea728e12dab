"""Data sets that come with scikit-learn: small, real, and there without a connection.

scikit-learn is imported when one of them is asked for, because importing it takes longer than all the rest.
"""

from dlteach.data.dataset import Dataset


def digits() -> Dataset:
    """1,797 handwritten digits of 8×8 pixels.

    Returns:
        x: (1797, 64) float64, row by row from the top left; 0 is paper, 16 is ink. y: the digit.

    Source: Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI repository, 1998 (its test part).
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Dataset(
        name="digits",
        x=bunch.data,
        y=bunch.target,
        class_names=tuple(str(digit) for digit in bunch.target_names),
        image_shape=(8, 8),
        unit="ink from 0 to 16",
        description="handwritten digits, 8 by 8 pixels",
        source="Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI repository, 1998; by way of scikit-learn",
    )


def iris() -> Dataset:
    """150 iris flowers of three species, with four lengths measured on each.

    Returns:
        x: (150, 4) float64, in centimetres. y: 0 setosa, 1 versicolor, 2 virginica.

    Source: Anderson (the measuring) and Fisher, "The use of multiple measurements in taxonomic problems", 1936.
    """
    from sklearn.datasets import load_iris

    bunch = load_iris()
    return Dataset(
        name="iris",
        x=bunch.data,
        y=bunch.target,
        class_names=tuple(str(species) for species in bunch.target_names),
        feature_names=tuple(name.removesuffix(" (cm)") for name in bunch.feature_names),
        unit="centimetres",
        description="iris flowers of three species, four lengths measured on each",
        source="Anderson and Fisher, The use of multiple measurements in taxonomic problems, 1936; by way of scikit-learn",
    )
