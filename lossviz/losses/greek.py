"""Greek letters for parameters that are named after them."""

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "mu": "μ",
    "lam": "λ", "nu": "ν", "xi": "ξ", "pi1": "π₁", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip


def greek_letter(name: str) -> str:
    """A parameter's name as its formula shows it.

    >>> greek_letter("gamma"), greek_letter("k")
    ('γ', 'k')
    """
    return _GREEK.get(name, name)
