import { expect, it } from "vitest";
import { describeWithRecordings, linesOf } from "../../sources/recordings.ts";
import { read, refusedOf, valuesOf } from "./support.ts";

const folder = "threat-intel";
const text = (path: string) => linesOf(`${folder}/${path}`).join("\n");
const paths = [
  "stix21/apt1.json",
  "stix21/indicator-for-malicious-url.json",
  "misp/test_events_collection_1.json",
  "misp/test_attributes_collection_1.json",
];

describeWithRecordings(
  paths.map((path) => `${folder}/${path}`),
  "Recorded feeds",
  () => {
    it("APT1 as STIX: networks written as addresses, hashes in small letters, certificates left out", () => {
      const reading = read("stix", text("stix21/apt1.json"));
      expect(valuesOf(reading)).toEqual([
        "cidr 223.166.0.0/15",
        "cidr 58.246.0.0/15",
        "cidr 112.64.0.0/15",
        "cidr 139.226.0.0/15",
        "domain hugesoft.org",
        "domain arrowservice.net",
        "domain msnhome.org",
        "md5 001dd76872d80801692ff942308c64e6",
        "md5 002325a0a67fded0381b5648d7fe9b8e",
        "md5 00dbb9e1c09dbdafb360f3163ba5a3de",
      ]);
      expect(refusedOf(reading)).toEqual({ "pattern-needs-several": 2 });
      expect(reading.indicators.get("domain/hugesoft.org/feed")?.threat).toBe("Ugly Gorilla");
    });

    it("a STIX URL, with the name of the malware behind it", () => {
      const reading = read("stix", text("stix21/indicator-for-malicious-url.json"));
      expect([...reading.indicators.values()]).toMatchObject([
        {
          type: "url",
          value: "http://x4z9arb.cn/4712/",
          threat: "x4z9arb backdoor",
          valid_from: Date.parse("2014-06-29T13:49:37.079Z"),
        },
      ]);
    });

    it("MISP events and attributes: one domain each, what is not for detection left out", () => {
      for (const path of ["misp/test_events_collection_1.json", "misp/test_attributes_collection_1.json"]) {
        const reading = read("misp", text(path));
        expect(valuesOf(reading)).toEqual(["domain circl.lu"]);
        expect(refusedOf(reading)).toEqual({ "not-to-ids": 1 });
      }
    });
  },
);
