package dev.assay.spark;

import dev.assay.run.TextDescription;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.DocumentCounter;
import dev.assay.text.DocumentCounts;
import dev.assay.text.Split;
import dev.assay.text.TokenSelection;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/** Documents in Spark. A shuffle sends the text, and only the text, to the tasks that need it. */
final class DistributedText extends SparkText {
    private final JavaRDD<String[]> documents; // id and text
    private final String description;
    private final TextDescription options;
    private JavaPairRDD<String[], Long> numbered;

    DistributedText(JavaRDD<String[]> documents, String description, TextDescription options) {
        this.documents = documents;
        this.description = description;
        this.options = options;
    }

    /** Returns the documents with their indices, which needs a count of the documents of each partition. */
    private JavaPairRDD<String[], Long> numbered() throws IOException {
        if (numbered == null) {
            numbered = SparkFailures.run(documents::zipWithIndex);
        }
        return numbered;
    }

    @Override
    Corpus corpus(JavaSparkContext spark, Tokenizer tokenizer) {
        return options.corpus(tokenizer, new TextSource() {
            @Override
            public DocumentReader open() throws IOException {
                // Only counted, for messages.
                long count = SparkFailures.run(documents::count);
                return new PartialText(description, 0, List.of(), count).open();
            }

            @Override
            public String description() {
                return description;
            }
        });
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
        JavaPairRDD<String[], Long> all = numbered();
        List<DocumentCounts> counts = SparkFailures.run(() -> all.map(pair -> new Tuple2<>(pair._2(), pair._1()))
                .mapPartitionsWithIndex(new Counting(options, description, model, split), true)
                .collect());
        return CorpusIndex.of(corpus, split, selection, stride, counts.iterator());
    }

    /** Counts the documents of a partition. */
    private record Counting(TextDescription options, String description, ModelReference model, Split split)
            implements Function2<Integer, Iterator<Tuple2<Long, String[]>>, Iterator<DocumentCounts>> {
        private static final int BLOCK = 1024;

        @Override
        public Iterator<DocumentCounts> call(Integer partition, Iterator<Tuple2<Long, String[]>> rows)
                throws IOException {
            List<DocumentCounts> counts = new ArrayList<>();
            if (!rows.hasNext()) {
                return counts.iterator();
            }
            try (var lease = model.source()) {
                while (rows.hasNext()) {
                    List<Document> block = new ArrayList<>();
                    long first = -1;
                    while (rows.hasNext() && block.size() < BLOCK) {
                        Tuple2<Long, String[]> row = rows.next();
                        first = first < 0 ? row._1() : first;
                        block.add(new Document(row._2()[0], row._2()[1]));
                    }
                    long end = first + block.size();
                    Corpus corpus =
                            options.corpus(lease.model().tokenizer(), new PartialText(description, first, block, end));
                    try (DocumentCounter counter = DocumentCounter.open(corpus, split)) {
                        counts.add(counter.count(first, end));
                    }
                }
            }
            return counts.iterator();
        }
    }

    @Override
    List<String> run(JavaSparkContext spark, List<DocumentRange> ranges, TaskWork work) throws IOException {
        if (ranges.isEmpty()) {
            return List.of();
        }
        JavaPairRDD<String[], Long> all = numbered();
        return SparkFailures.run(() -> all.flatMapToPair(new Assigning(ranges))
                .partitionBy(new ByTask(ranges.size()))
                .mapPartitionsWithIndex(new Task(options, description, work), true)
                .collect());
    }

    /** Sends a document to every task whose range has it; neighbouring tasks can share one. */
    private record Assigning(List<DocumentRange> ranges)
            implements PairFlatMapFunction<Tuple2<String[], Long>, Integer, Tuple2<Long, String[]>> {
        @Override
        public Iterator<Tuple2<Integer, Tuple2<Long, String[]>>> call(Tuple2<String[], Long> row) {
            return IntStream.range(0, ranges.size())
                    .filter(task -> ranges.get(task).contains(row._2()))
                    .mapToObj(task -> new Tuple2<>(task, new Tuple2<>(row._2(), row._1())))
                    .iterator();
        }
    }

    private static final class ByTask extends Partitioner {
        private static final long serialVersionUID = 1;

        private final int tasks;

        ByTask(int tasks) {
            this.tasks = tasks;
        }

        @Override
        public int numPartitions() {
            return tasks;
        }

        @Override
        public int getPartition(Object task) {
            return (Integer) task;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ByTask same && same.tasks == tasks;
        }

        @Override
        public int hashCode() {
            return tasks;
        }
    }

    private record Task(TextDescription options, String description, TaskWork work)
            implements Function2<Integer, Iterator<Tuple2<Integer, Tuple2<Long, String[]>>>, Iterator<String>> {
        @Override
        public Iterator<String> call(Integer task, Iterator<Tuple2<Integer, Tuple2<Long, String[]>>> rows)
                throws IOException {
            List<Tuple2<Long, String[]>> own = new ArrayList<>();
            rows.forEachRemaining(row -> own.add(row._2()));
            own.sort(Comparator.comparing(Tuple2::_1));
            List<Document> documents = own.stream()
                    .map(row -> new Document(row._2()[0], row._2()[1]))
                    .toList();
            long first = own.isEmpty() ? 0 : own.get(0)._1();
            PartialText part = new PartialText(description, first, documents, first + documents.size());
            return work.run(task, tokenizer -> options.corpus(tokenizer, part)).iterator();
        }
    }
}
