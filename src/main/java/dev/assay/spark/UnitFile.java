package dev.assay.spark;

import java.io.Serializable;

/**
 * A file of one unit of work.
 *
 * @param object the file as the task wrote it, relative to the job's folder; its name contains the attempt
 * @param name the name of the file in the result, relative to the job's folder
 * @param bytes its length
 * @param sha256 its SHA-256
 */
record UnitFile(String object, String name, long bytes, String sha256) implements Serializable {}
