package dev.assay.spark;

import dev.assay.InvalidInputException;
import dev.assay.run.TextDescription;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.Split;
import dev.assay.text.TokenSelection;
import dev.assay.text.document.Document;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The text of a job: files that every executor can read, or documents in Spark. Contexts are cut from the documents in their order, so the
 * order of the documents is part of the text; the number of partitions is not.
 */
public abstract class SparkText {
    SparkText() {}

    /**
     * Returns a text that every executor opens itself: files at the same path on every host, files on a Hadoop file system, or generated
     * stories.
     *
     * @param text the text; a source with a scheme such as {@code hdfs:} or {@code s3a:} is copied to the disk of each
     *     host once, see the option {@code spark.assay.cache}
     * @return the text
     */
    public static SparkText of(TextDescription text) {
        return new DescribedText(text);
    }

    /**
     * Returns documents in Spark. A task receives only the documents of its contexts.
     *
     * @param documents the documents; evaluated twice, so they must be the same in the same order each time
     * @param description the origin of the text, for provenance
     * @param options length of contexts, BOS and hold-out; its sources are not read
     * @return the text
     */
    public static SparkText of(JavaRDD<Document> documents, String description, TextDescription options) {
        InvalidInputException.require(
                options.shuffleDocuments() == 0,
                "documents in Spark were to be shuffled within " + options.shuffleDocuments()
                        + " documents, expected 0; shuffle the table itself, by a column of random numbers with a seed");
        return new DistributedText(
                documents.map(document -> new String[] {document.id(), document.text()}), description, options);
    }

    /**
     * Returns the documents of a table, one per row. Empty texts and nulls are skipped. Sort a table by a column if its order depends on
     * the cluster, as after a shuffle.
     *
     * @param table the table; evaluated twice
     * @param column the column of the text, a string
     * @param description the origin of the text, for provenance
     * @param options length of contexts, BOS and hold-out; its sources are not read
     * @return the text
     * @throws InvalidInputException if the table lacks the column
     */
    public static SparkText of(Dataset<Row> table, String column, String description, TextDescription options) {
        InvalidInputException.require(
                List.of(table.columns()).contains(column),
                () -> "the table has no column " + column + ", expected one of " + String.join(", ", table.columns()));
        JavaRDD<Document> documents = table.select(column)
                .javaRDD()
                .filter(row -> !row.isNullAt(0) && !row.getString(0).isEmpty())
                .map(row -> new Document("row", row.getString(0)));
        return of(documents, description, options);
    }

    /**
     * Returns the corpus on the driver, for its options and its description.
     *
     * @param spark Spark
     * @param tokenizer the tokenizer of the model
     * @throws IOException if the text cannot be opened
     */
    abstract Corpus corpus(JavaSparkContext spark, Tokenizer tokenizer) throws IOException;

    /**
     * Counts the contexts of the text in parallel.
     *
     * @param spark Spark
     * @param model the model with the tokenizer
     * @param corpus the corpus on the driver
     * @param split the documents
     * @param selection the tokens that have a row
     * @param stride the number of contexts between two positions of the index
     * @return the same index as that of one process
     * @throws IOException if reading fails
     */
    abstract CorpusIndex index(
            JavaSparkContext spark,
            ModelReference model,
            Corpus corpus,
            Split split,
            TokenSelection selection,
            int stride)
            throws IOException;

    /**
     * Runs one task per range of documents.
     *
     * @param spark Spark
     * @param ranges the documents of each task
     * @param work the work
     * @return the results of all tasks, in the order of the tasks
     * @throws IOException if a task fails
     */
    abstract List<String> run(JavaSparkContext spark, List<DocumentRange> ranges, TaskWork work) throws IOException;
}
