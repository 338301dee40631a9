TITLE Nested conditions, functions that call functions, procedures that set what others read

NEURON {
    THREADSAFE
    SUFFIX branches
    NONSPECIFIC_CURRENT i_slow, i_fast
    RANGE gbar, level, offset, memory, count
    GLOBAL half
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    FARADAY = (faraday) (coulomb)
    R = (k-mole) (joule/degC)
    PI = (pi) (1)
}

CONSTANT { q10 = 2.3 }

PARAMETER {
    gbar = 0.001 (S/cm2) <0, 1e9>
    half = -40 (mV)
    level
    offset = -3
}

ASSIGNED {
    v (mV)
    celsius (degC)
    diam (um)
    i_slow (mA/cm2)
    i_fast (mA/cm2)
    memory
    count
    outside (mM)
}

STATE { a FROM 0 TO 1 b c w }

INITIAL {
    LOCAL start
    start = gate(v)
    a = start
    b = 1 - start
    c = 0.25
    memory = -v / 10
    count = 1
}

BREAKPOINT {
    SOLVE dynamics METHOD cnexp
    if (v > 20 || v < -120) {
        i_fast = 2 * gbar * (v - 10)
    } else if (v >= -30 && !(a > 0.5)) {
        LOCAL twice
        twice = 2 * gbar
        i_fast = twice * a * (v + 70)
    } else {
        i_fast = gbar * a ^ 3 * pow(b, 2) * (v + 60) + gbar * (exp(v / 60) - 1)
    }
    i_slow = gbar * (a - b) * (v - memory) / (1 + c) + outside
}

DERIVATIVE dynamics {
    LOCAL k
    tick()
    k = rate(v)
    a' = k * (gate(v) - a)
    b' = (1 - b) * 0.3 - b * k / 2 + 0.01 * a
    w' = memory / 100
    c' = -(c - 0.2) / (0.5 + fabs(sin_like(v))) + PI * 1e-3
}

PROCEDURE tick() {
    count = count + dt
    remember(v)
}

PROCEDURE remember(x) {
    if (x < memory) {
        memory = memory - 0.01 * (memory - x)
    }
}

FUNCTION gate(x (mV)) {
    LOCAL y
    y = (x - half) / 8
    if (y < -30) {
        gate = 0
    } else {
        if (y > 30) { gate = 1 } else { gate = 1 / (1 + exp(-y)) }
    }
}

FUNCTION rate(x (mV)) (/ms) {
    rate = (0.1 + ratio(x + 40, 10)) * q10 ^ ((celsius - 20) / 10) + 0.001 * R * celsius / FARADAY * diam + level
}

FUNCTION ratio(x (mV), y (mV)) {
    if (fabs(x / y) < 1e-6) {
        ratio = y * (1 - x / y / 2)
    } else {
        ratio = x / (exp(x / y) - 1)
    }
}

FUNCTION sin_like(x) {
    LOCAL z
    z = x / 100
    sin_like = z * (1 - z ^ 2 / 6) + log(1 + x * x) / 50 - sqrt(fabs(x)) / 20 + log10(2 + fabs(x)) + offset * 1e-2
}
