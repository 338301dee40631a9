TITLE GABAergic synapse

COMMENT
One conductance (nS) with a rise and a decay time constant, whose peak for one event is the NetCon's weight, as fitted by
  Sun QQ, Huguenard JR, Prince DA (2006). Barrel cortex microcircuits: thalamocortical feedforward inhibition in spiny
  stellate cells is mediated by a small number of fast-spiking interneurons. J Neurosci 26:1219-1230.
Every event multiplies a depression d by its factor and adds to a facilitation f; both go back to 1, as in
  Varela JA, Sen K, Gibson J, Fost J, Abbott LF, Nelson SB (1997). A quantitative description of short-term plasticity
  at excitatory synapses in layer 2/3 of rat primary visual cortex. J Neurosci 17:7926-7940.
D and R are the conductance's slow and fast parts. The names are those of simrun's files.
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS gaba_syn
    NONSPECIFIC_CURRENT i
    RANGE i, ggaba
    RANGE e, risetime, decaytime
    RANGE decaygaba, taudgaba, facilgaba, taufgaba
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (nS) = (nanosiemens)
}

PARAMETER {
    e = -60 (mV)
    risetime = 1 (ms)
    decaytime = 20 (ms)
    decaygaba = 0.8
    taudgaba = 200 (ms)
    facilgaba = 0
    taufgaba = 200 (ms)
}

ASSIGNED {
    v (mV)
    i (nA)
    ggaba (nS)
    scale
}

STATE {
    R (nS)
    D (nS)
    dgaba
    fgaba
}

INITIAL {
    R = 0
    D = 0
    ggaba = 0
    dgaba = 1
    fgaba = 1
    scale = peak_scale(risetime, decaytime)
}

BREAKPOINT {
    SOLVE relaxation METHOD cnexp
    ggaba = D - R
    i = 1e-3 * ggaba * (v - e)
}

DERIVATIVE relaxation {
    R' = -R / risetime
    D' = -D / decaytime
    dgaba' = (1 - dgaba) / taudgaba
    fgaba' = (1 - fgaba) / taufgaba
}

NET_RECEIVE(w (nS)) {
    LOCAL jump
    jump = scale * w * dgaba * fgaba
    R = R + jump
    D = D + jump
    dgaba = dgaba * decaygaba
    fgaba = fgaba + facilgaba
}

: What scales exp(-t / decay) - exp(-t / rise) to a peak of 1.
FUNCTION peak_scale(rise (ms), decay (ms)) {
    LOCAL t_peak
    t_peak = rise * decay / (decay - rise) * log(decay / rise)
    peak_scale = 1 / (exp(-t_peak / decay) - exp(-t_peak / rise))
}
