package dev.assay.train.internal.step;

/** The names of losses, as metrics files have them. */
public final class LossNames {
    static final String SQUARED_ERROR = "mse_loss";
    public static final String AUXILIARY = "auxiliary_reconstruction_loss";
    static final String GHOST = "ghost_grad_loss";
    public static final String L1 = "l1_loss";
    public static final String L0 = "l0_loss";
    public static final String DEAD_PRE_ACTIVATION = "pre_act_loss";
    public static final String MATRYOSHKA = "matryoshka_loss";

    /** Followed by the latents of a Matryoshka prefix. */
    public static final String INNER = "inner_mse_loss_";

    /** E‖x̂ − x‖, logged only. */
    public static final String ERROR_NORM = "l2_norm_loss";
    /** The penalty of a code before its coefficient, logged only. */
    public static final String PENALTY = "sparsity_penalty";

    private LossNames() {}
}
