// The library builds on tsyringe, which has to find this loaded.
import "reflect-metadata";

export * from "@peculiar/x509";
