package dev.assay.train.spi;

/** The names of losses and other numbers of a step, as metrics files report them. */
public final class LossNames {
    /** E‖x̂ − x‖², summed over dimensions. Every objective reports it, as part of the loss or logged. */
    public static final String SQUARED_ERROR = "mse_loss";
    /** The auxiliary loss on dead latents, or the loss of the gate's reconstruction. */
    public static final String AUXILIARY = "auxiliary_reconstruction_loss";
    /** The loss of ghost gradients. */
    public static final String GHOST = "ghost_grad_loss";
    /** A penalty of the size of codes, coefficient included. */
    public static final String L1 = "l1_loss";
    /** A penalty of the number of active latents, coefficient included. */
    public static final String L0 = "l0_loss";
    /** The loss on pre-activations of dead latents. */
    public static final String DEAD_PRE_ACTIVATION = "pre_act_loss";
    /** The weighted sum of the squared errors of Matryoshka prefixes. */
    public static final String MATRYOSHKA = "matryoshka_loss";
    /** Prefix of the squared error of a Matryoshka prefix, followed by its number of latents; logged. */
    public static final String INNER = "inner_mse_loss_";
    /** E‖x̂ − x‖, logged. */
    public static final String ERROR_NORM = "l2_norm_loss";
    /** The penalty of codes before its coefficient, logged. */
    public static final String PENALTY = "sparsity_penalty";
    /** The running threshold of a top-k method, logged. */
    public static final String THRESHOLD = "threshold";
    /** The exponent of an annealed Lp penalty, logged. */
    public static final String EXPONENT = "p";
    /** The coefficient of an annealed Lp penalty, logged. */
    public static final String COEFFICIENT = "sparsity_coefficient";

    private LossNames() {}
}
