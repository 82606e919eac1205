/** Calls of {@code spark-submit} that run Assay's jobs. Nothing here needs Spark on the class path. */
package dev.assay.spark.submit;
