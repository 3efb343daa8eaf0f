import { quoteText, type Ways } from '@edfi-tenants/provisioner-mssql'
import { copyBackup, copyDatabase, settle } from './copy-source.js'

/**
 * The procedures of RDS in the place of statements that it keeps to itself.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.SQLServer.CommonDBATasks.RenamingDB.html
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.SQLServer.CommonDBATasks.DropMirrorDB.html
 */
export const rdsWays: Ways = {
  renameStatement: (from, to) =>
    `exec rdsadmin.dbo.rds_modify_db_name @old_db_name = ${quoteText(from)}, @new_db_name = ${quoteText(to)}`,
  dropStatement: (name) => `exec msdb.dbo.rds_drop_database ${quoteText(name)}`,
  copyBackup,
  copyDatabase,
  settle,
}
