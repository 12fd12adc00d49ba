// The MLP's activation functions.
#ifndef EVAL_KERNELS_ACTIVATION_H_
#define EVAL_KERNELS_ACTIVATION_H_

namespace sn37::eval {

enum class Activation {
  kIdentity,
  kSilu,
  kGeluTanh,  // 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))
  kGeluErf,   // 0.5 x (1 + erf(x / √2))
  kRelu,
};

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_ACTIVATION_H_
