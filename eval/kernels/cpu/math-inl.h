// Elementary functions on sixteen lanes. Included inside an instruction set's
// namespace by kernels-inl.h.

// e^x within 1.5 units in the last place; 0 below -87, +inf above 88.7, NaN
// for NaN, exactly 1 for 0. Cephes' reduction by ln 2 in two parts and its
// polynomial of degree 5.
SN37_SIMD_INLINE Lanes Exp(Lanes x) {
  const Lanes clamped = Min(Broadcast(89.0f), Max(Broadcast(-88.0f), x));
  const Lanes n = Round(Mul(clamped, Broadcast(1.44269504088896341f)));
  Lanes r = Fma(n, Broadcast(-0.693359375f), clamped);
  r = Fma(n, Broadcast(2.12194440e-4f), r);
  Lanes p = Broadcast(1.9875691500e-4f);
  p = Fma(p, r, Broadcast(1.3981999507e-3f));
  p = Fma(p, r, Broadcast(8.3334519073e-3f));
  p = Fma(p, r, Broadcast(4.1665795894e-2f));
  p = Fma(p, r, Broadcast(1.6666665459e-1f));
  p = Fma(p, r, Broadcast(5.0000001201e-1f));
  p = Fma(p, Mul(r, r), Add(r, Broadcast(1.0f)));
  return IfLess(x, Broadcast(-87.0f), Zero(), ScaleByPowerOf2(p, n));
}

// Within 2e-7 of tanh, absolutely.
SN37_SIMD_INLINE Lanes Tanh(Lanes x) {
  const Lanes e = Exp(Mul(Broadcast(2.0f), x));
  return Sub(Broadcast(1.0f), Div(Broadcast(2.0f), Add(e, Broadcast(1.0f))));
}

// Within 2e-7 of erf, absolutely: Abramowitz and Stegun 7.1.26 has too few
// digits, so the rational form of 7.1.28 with its sixteenth power is not used
// either; this is the continued product erfc = t · exp(-x² + P(t)),
// t = 2 / (2 + |x|), with the Chebyshev fit of Numerical Recipes (1.2e-7).
SN37_SIMD_INLINE Lanes Erf(Lanes x) {
  const Lanes magnitude = Max(Sub(Zero(), x), x);
  const Lanes t = Div(Broadcast(2.0f), Add(Broadcast(2.0f), magnitude));
  Lanes p = Broadcast(0.17087277f);
  p = Fma(p, t, Broadcast(-0.82215223f));
  p = Fma(p, t, Broadcast(1.48851587f));
  p = Fma(p, t, Broadcast(-1.13520398f));
  p = Fma(p, t, Broadcast(0.27886807f));
  p = Fma(p, t, Broadcast(-0.18628806f));
  p = Fma(p, t, Broadcast(0.09678418f));
  p = Fma(p, t, Broadcast(0.37409196f));
  p = Fma(p, t, Broadcast(1.00002368f));
  p = Fma(p, t, Broadcast(-1.26551223f));
  const Lanes complement = Mul(t, Exp(Sub(p, Mul(magnitude, magnitude))));
  const Lanes positive = Sub(Broadcast(1.0f), complement);
  return IfLess(x, Zero(), Sub(Zero(), positive), positive);
}

SN37_SIMD_INLINE Lanes Silu(Lanes x) {
  return Div(x, Add(Broadcast(1.0f), Exp(Sub(Zero(), x))));
}

SN37_SIMD_INLINE Lanes GeluTanh(Lanes x) {
  const Lanes cube = Mul(Mul(x, x), x);
  const Lanes inner =
      Mul(Broadcast(0.79788456080286536f), Fma(cube, Broadcast(0.044715f), x));
  return Mul(Mul(Broadcast(0.5f), x), Add(Broadcast(1.0f), Tanh(inner)));
}

SN37_SIMD_INLINE Lanes GeluErf(Lanes x) {
  return Mul(Mul(Broadcast(0.5f), x),
             Add(Broadcast(1.0f), Erf(Mul(x, Broadcast(0.70710678f)))));
}

SN37_SIMD_INLINE Lanes Activate(Activation activation, Lanes x) {
  switch (activation) {
    case Activation::kIdentity:
      return x;
    case Activation::kSilu:
      return Silu(x);
    case Activation::kGeluTanh:
      return GeluTanh(x);
    case Activation::kGeluErf:
      return GeluErf(x);
    case Activation::kRelu:
      return Max(Zero(), x);
  }
  return x;
}

// cap · tanh(x / cap).
SN37_SIMD_INLINE Lanes SoftCap(Lanes x, float cap) {
  return Mul(Broadcast(cap), Tanh(Div(x, Broadcast(cap))));
}
