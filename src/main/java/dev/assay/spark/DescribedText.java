package dev.assay.spark;

import dev.assay.run.TextDescription;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.DocumentCounter;
import dev.assay.text.DocumentCounts;
import dev.assay.text.Split;
import dev.assay.text.TokenSelection;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/** A text that every executor opens by its description. */
final class DescribedText extends SparkText {
    /** The number of documents that a task counts before it skips those of the other tasks. */
    private static final int BLOCK = 256;
    /** More tasks than this number would read the whole text more often than the tokenizer is worth. */
    private static final int MOST_COUNTING_TASKS = 32;

    private final TextDescription text;
    private HostText local;

    DescribedText(TextDescription text) {
        this.text = text;
    }

    @Override
    Corpus corpus(JavaSparkContext spark, Tokenizer tokenizer) throws IOException {
        return local(spark).corpus(tokenizer);
    }

    /** Lists remote files once, so that all tasks read the same. */
    private HostText local(JavaSparkContext spark) throws IOException {
        if (local == null) {
            local = HostText.of(text, spark.hadoopConfiguration());
        }
        return local;
    }

    @Override
    CorpusIndex index(
            JavaSparkContext spark,
            ModelReference model,
            Corpus corpus,
            Split split,
            TokenSelection selection,
            int stride)
            throws IOException {
        HostText files = local(spark);
        int tasks = Math.min(spark.defaultParallelism(), MOST_COUNTING_TASKS);
        List<Tuple2<Long, DocumentCounts>> blocks =
                new ArrayList<>(SparkFailures.run(() -> spark.parallelize(numbers(tasks), tasks)
                        .flatMap(new Counting(files, model, split, tasks))
                        .collect()));
        blocks.sort(Comparator.comparing(Tuple2::_1));
        return CorpusIndex.of(
                corpus,
                split,
                selection,
                stride,
                blocks.stream().map(Tuple2::_2).iterator());
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** Counts every n-th block of documents. */
    private record Counting(HostText text, ModelReference model, Split split, int tasks)
            implements FlatMapFunction<Integer, Tuple2<Long, DocumentCounts>> {
        @Override
        public Iterator<Tuple2<Long, DocumentCounts>> call(Integer task) throws IOException {
            List<Tuple2<Long, DocumentCounts>> blocks = new ArrayList<>();
            try (var lease = model.source();
                    DocumentCounter counter =
                            DocumentCounter.open(text.corpus(lease.model().tokenizer()), split)) {
                for (long block = task; !counter.ended(); block += tasks) {
                    blocks.add(new Tuple2<>(block, counter.count(block * BLOCK, (block + 1) * BLOCK)));
                }
            }
            return blocks.iterator();
        }
    }

    @Override
    List<String> run(JavaSparkContext spark, List<DocumentRange> ranges, TaskWork work) throws IOException {
        if (ranges.isEmpty()) {
            return List.of();
        }
        HostText files = local(spark);
        return SparkFailures.run(() -> spark.parallelize(numbers(ranges.size()), ranges.size())
                .flatMap(new Task(files, work))
                .collect());
    }

    private record Task(HostText text, TaskWork work) implements FlatMapFunction<Integer, String> {
        @Override
        public Iterator<String> call(Integer task) throws IOException {
            return work.run(task, text::corpus).iterator();
        }
    }
}
