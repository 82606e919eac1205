/**
 * Jobs on Apache Spark: harvests, feature stores, evaluations and sweeps over the executors of a cluster.
 *
 * <p>Spark is not among the dependencies of Assay. A cluster brings it, and its versions of the shared libraries come first on the class
 * path.
 */
package dev.assay.spark;
