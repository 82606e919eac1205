package dev.assay.audit.monitor;

import dev.assay.InvalidInputException;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.tensor.Shuffling;
import java.util.SplittableRandom;

/** The inputs of monitors. */
public final class MonitorInputs {
    private MonitorInputs() {}

    /**
     * Reads k columns of a matrix, such as pooled features. The columns are those that are active first on the path of L1-penalised logistic
     * regressions of the training documents; the monitor is a logistic regression on them.
     *
     * @param source the name of a source of the sample
     * @param pooling the pooling
     * @param k the number of columns, at least 1; fewer if fewer vary
     * @return the input, named such as {@code sae mean, 5 columns}
     */
    public static MonitorInput sparse(String source, Pooling pooling, int k) {
        InvalidInputException.requireAtLeast(1, "the number of columns of a monitor", k);
        String matrix = AuditSample.name(source, pooling);
        return new MatrixMonitorInput(matrix + ", " + k + (k == 1 ? " column" : " columns"), matrix, k);
    }

    /**
     * Reads all columns of a matrix, such as raw activations: a linear probe. The L2 penalty is selected by cross-validation on the training
     * documents.
     *
     * @param source the name of a source of the sample
     * @param pooling the pooling
     * @return the input, named such as {@code raw mean}
     */
    public static MonitorInput linear(String source, Pooling pooling) {
        String matrix = AuditSample.name(source, pooling);
        return new MatrixMonitorInput(matrix, matrix, 0);
    }

    /**
     * Reads the TF-IDF weights of terms. Vocabulary and document frequencies are those of the training documents.
     *
     * @param terms the kind of terms, such as {@code TextTerms.words(1, 2)}
     * @return the input, named such as {@code TF-IDF words 1-2}
     */
    public static MonitorInput tfIdf(TextTerms terms) {
        return new TextMonitorInput(terms);
    }

    /** {@return an input without information: every document has the log-odds of the training labels} */
    public static MonitorInput constant() {
        return new MonitorInput() {
            @Override
            public String name() {
                return "constant";
            }

            @Override
            public TrainedMonitor train(AuditSample sample, int[] rows, boolean[] labels, long seed) {
                return ConstantMonitor.of(name(), labels);
            }
        };
    }

    /**
     * Trains another input on permuted labels, as a null control.
     *
     * @param input the input
     * @return the control, named such as {@code raw mean, permuted labels}
     */
    public static MonitorInput permuted(MonitorInput input) {
        return new MonitorInput() {
            @Override
            public String name() {
                return input.name() + ", permuted labels";
            }

            @Override
            public TrainedMonitor train(AuditSample sample, int[] rows, boolean[] labels, long seed) {
                boolean[] permuted = labels.clone();
                Shuffling.shuffle(permuted, new SplittableRandom(seed));
                TrainedMonitor trained = input.train(sample, rows, permuted, seed);
                String name = name();
                return new TrainedMonitor() {
                    @Override
                    public String name() {
                        return name;
                    }

                    @Override
                    public double[] scores(AuditSample of, int... scored) {
                        return trained.scores(of, scored);
                    }
                };
            }
        };
    }
}
