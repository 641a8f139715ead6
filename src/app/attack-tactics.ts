/**
 * MITRE ATT&CK for Enterprise, as much as a table of rules needs: the tactics in the order of the matrix, and to which of
 * them the techniques belong that touch containers, Linux and cloud (attack.mitre.org, version 17). Of a technique that is
 * not listed the tactics count that the rule's own tags name.
 */
export const attackVersion = "17";

export const attackTactics: readonly string[] = [
  "reconnaissance",
  "resource-development",
  "initial-access",
  "execution",
  "persistence",
  "privilege-escalation",
  "defense-evasion",
  "credential-access",
  "discovery",
  "lateral-movement",
  "collection",
  "command-and-control",
  "exfiltration",
  "impact",
];

const techniquesByTactic: Readonly<Record<string, string>> = {
  reconnaissance: "T1595 T1592 T1589 T1590 T1591 T1598",
  "resource-development": "T1583 T1584 T1587 T1588 T1608",
  "initial-access": "T1078 T1133 T1190 T1195 T1199 T1566",
  execution: "T1053 T1059 T1072 T1106 T1129 T1203 T1204 T1559 T1569 T1609 T1610 T1651",
  persistence: "T1037 T1053 T1078 T1098 T1133 T1136 T1505 T1525 T1543 T1546 T1547 T1554 T1556 T1574 T1653",
  "privilege-escalation": "T1037 T1053 T1055 T1068 T1078 T1098 T1484 T1543 T1546 T1547 T1548 T1574 T1611",
  "defense-evasion":
    "T1014 T1027 T1036 T1055 T1070 T1078 T1140 T1211 T1222 T1480 T1484 T1497 T1548 T1550 T1556 T1562 T1564 T1574 T1578 T1601 T1610 T1612 T1620 T1622",
  "credential-access":
    "T1003 T1040 T1056 T1110 T1111 T1187 T1212 T1528 T1539 T1552 T1555 T1556 T1557 T1558 T1606",
  discovery:
    "T1007 T1016 T1018 T1033 T1040 T1046 T1049 T1057 T1069 T1082 T1083 T1087 T1135 T1201 T1482 T1497 T1518 T1526 T1538 T1580 T1613 T1614 T1622",
  "lateral-movement": "T1021 T1072 T1080 T1210 T1534 T1550 T1563 T1570",
  collection: "T1005 T1039 T1056 T1074 T1113 T1114 T1119 T1213 T1530 T1557 T1560",
  "command-and-control":
    "T1001 T1008 T1071 T1090 T1092 T1095 T1102 T1104 T1105 T1132 T1205 T1219 T1568 T1571 T1572 T1573",
  exfiltration: "T1011 T1020 T1029 T1030 T1041 T1048 T1537 T1567",
  impact: "T1485 T1486 T1489 T1490 T1491 T1495 T1496 T1498 T1499 T1529 T1531 T1561 T1565 T1657",
};

const tacticsByTechnique = new Map<string, string[]>();
for (const [tactic, techniques] of Object.entries(techniquesByTactic)) {
  for (const technique of techniques.split(" ")) {
    tacticsByTechnique.set(technique, [...(tacticsByTechnique.get(technique) ?? []), tactic]);
  }
}

/** Of `T1053` or a sub-technique `T1053.003`, which shares its parent's; undefined where it is not listed. */
export function tacticsOf(technique: string): readonly string[] | undefined {
  return tacticsByTechnique.get(technique.split(".")[0]!);
}
