TITLE Low-voltage-activated calcium current

COMMENT
Steady states of
  Avery RB, Johnston D (1996). Multiple channel types contribute to the low-voltage-activated calcium current in
  hippocampal CA3 pyramidal neurons. J Neurosci 16:5567-5582,
time constants of
  Randall AD, Tsien RW (1997). Contrasting biophysical and pharmacological properties of T-type and R-type calcium
  channels. Neuropharmacology 36:879-893,
both moved by the -10 mV of the liquid junction potential, in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107:
brought from 21 to 34 degC with a factor of 2.3 for 10 degC, whatever `celsius` is.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Ca_LVAst
    USEION ca READ eca WRITE ica
    RANGE gCa_LVAstbar, gCa_LVAst, ica
    RANGE mInf, mTau, hInf, hTau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gCa_LVAstbar = 0.00001 (S/cm2) }

ASSIGNED {
    v (mV)
    eca (mV)
    ica (mA/cm2)
    gCa_LVAst (S/cm2)
    mInf
    mTau (ms)
    hInf
    hTau (ms)
}

STATE { m h }

INITIAL {
    rates(v)
    m = mInf
    h = hInf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    gCa_LVAst = gCa_LVAstbar * m * m * h
    ica = gCa_LVAst * (v - eca)
}

DERIVATIVE gates {
    rates(v)
    m' = (mInf - m) / mTau
    h' = (hInf - h) / hTau
}

PROCEDURE rates(v (mV)) {
    LOCAL q, u
    q = 2.3 ^ ((34 - 21) / 10)
    u = v + 10
    mInf = 1 / (1 + exp(-(u + 30) / 6))
    mTau = (5 + 20 / (1 + exp((u + 25) / 5))) / q
    hInf = 1 / (1 + exp((u + 80) / 6.4))
    hTau = (20 + 50 / (1 + exp((u + 40) / 7))) / q
}
